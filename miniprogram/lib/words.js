// Words for states, and instants as this phone's wall time.
const LABELS = {
  pending: '等待物业审核 Waiting for the office', approved: '已通过 Approved', refused: '未通过 Refused', ended: '已结束 Ended',
  owner: '业主 Owner', family: '家人 Family', tenant: '租户 Tenant', helper: '保姆、护工等 Helper',
  upcoming: '还没到时间 Not yet', open: '现在可用 Valid now', used: '已用完 Used', expired: '已过期 Expired', revoked: '已取消 Cancelled',
  qr: '通行码 QR pass', card: '门禁卡 Card', face: '人脸 Face', remote: '手机开门 From the phone',
};

function label(value) {
  return LABELS[value] || value;
}

function two(number) {
  return number < 10 ? `0${number}` : `${number}`;
}

function day(at) {
  const date = new Date(at);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

function clock(at) {
  const date = new Date(at);
  return `${two(date.getHours())}:${two(date.getMinutes())}`;
}

function when(at) {
  return `${day(at)} ${clock(at)}`;
}

module.exports = { label, when, day, clock };
