// Short names of states, roles and ways in, the same as on the service's pages.
module.exports = {
  role: {
    owner: ["业主", "Owner"],
    family: ["家人", "Family"],
    tenant: ["租户", "Tenant"],
    helper: ["保姆、护工等", "Helper"],
  },
  residency: {
    pending: ["等待物业审核", "Waiting for the property office"],
    approved: ["已通过", "Approved"],
    refused: ["未通过", "Refused"],
    ended: ["已结束", "Ended"],
  },
  purpose: {
    access: ["保存姓名和住户，用于开门", "Keep name and household to open doors"],
    face_use: ["用人脸开门", "Use my face to open doors"],
    face_server: ["在小区服务器上保存和比对人脸", "Keep and match my face on the estate's server"],
    phone_contact: ["保存手机号，方便物业联系", "Keep my phone number for contact"],
  },
  consent: { given: ["同意", "Yes"], refused: ["不同意", "No"], withdrawn: ["已撤回", "Withdrawn"] },
  method: {
    qr: ["通行码", "QR pass"],
    card: ["门禁卡", "Card"],
    face: ["人脸", "Face"],
    remote: ["手机开门", "From the phone"],
  },
  opening: {
    none: ["未开门", "Stayed shut"],
    pending: ["正在开门", "Opening"],
    opened: ["门已开", "Opened"],
    failed: ["没有打开", "Did not open"],
    unknown: ["不确定是否打开", "Not known whether it opened"],
  },
  progress: {
    pending: ["正在开门，请稍等…", "Opening, please wait…"],
    opened: ["门已开，请进", "Opened, please enter"],
    failed: ["没有打开，请用通行码或门禁卡", "It did not open. Use your QR pass or card"],
    unknown: ["不确定是否打开，请看看门", "Not known whether it opened. Please look at the door"],
  },
  visit: {
    upcoming: ["还没到时间", "Not yet"],
    open: ["现在可用", "Valid now"],
    used: ["已用完", "Used"],
    expired: ["已过期", "Expired"],
    revoked: ["已取消", "Cancelled"],
  },
  look: {
    show_to_subject: ["本人查看", "You looked yourself"],
    decide_residency: ["审核住户申请", "Deciding a residency request"],
    manage_residents: ["管理住户", "Managing residents"],
    handle_incident: ["处理事件", "Handling an incident"],
    send_service_message: ["给您发送通知", "Sending you a message"],
    host_visitor: ["显示访客信息", "Showing a visitor's name"],
    rights_request: ["处理您的权利请求", "Handling your rights request"],
    disclosure: ["依法向有关机关提供", "Disclosure required by law"],
  },
  holder: {
    database: ["数据库", "Database"],
    face_process: ["人脸比对程序", "Face process"],
    key_list: ["您的密钥（含备份）", "Your key (backups too)"],
    gate: ["门", "Gate"],
  },
};
