// One question for each purpose, with two answers of the same size. `next` is where each answer leads.
module.exports = {
  access: {
    title: { zh: "保存姓名和住户，用来开门？", en: "Keep your name and dwelling to open doors?" },
    lines: [
      {
        zh: "只为给您开您有权进的门。物业用它审核您的申请。",
        en: "Only to open the doors you may use. The office decides on your request with it.",
      },
      { zh: "随时可以在“我的数据”里查看、更正、删除。", en: "See, correct or delete it at any time in “My data”." },
    ],
    choices: [
      { given: true, zh: "同意", en: "Yes", next: "register" },
      { given: false, zh: "不同意", en: "No", next: "" },
    ],
  },
  face_use: {
    title: { zh: "您想怎样进门？", en: "How would you like to enter?" },
    lines: [
      {
        zh: "两种方式开的门一样，一样快。以后随时可以改。",
        en: "Both open the same doors, equally fast. You can change at any time.",
      },
      {
        zh: "选人脸的话：您拍一张照片，或对着镜头转头、眨眼几秒钟；系统只留下一串加密的特征，画面马上删除。",
        en: "If you choose your face: you take one picture, or turn your head or blink before the camera for a few seconds; only an encrypted reference is kept and the pictures are deleted at once.",
      },
      {
        zh: "最长保存 12 个月，只用于开您有权进的门。两下就能撤回，撤回后各处都删除。",
        en: "Kept 12 months at most, only for doors you may use. Two taps withdraw it, and it is erased everywhere.",
      },
      {
        zh: "未满 14 岁：由同住的监护人在自己手机上“家里的孩子”里回答。在那之前请用通行码或门禁卡。",
        en: "Under 14: a guardian of the household answers, under “Children” on their own phone. Until then use a QR pass or card.",
      },
    ],
    choices: [
      { given: false, zh: "用通行码或门禁卡", en: "Use a QR pass or card", next: "pass" },
      { given: true, zh: "用人脸", en: "Use my face", next: "face_server" },
    ],
  },
  face_server: {
    title: { zh: "在小区的服务器上保存和比对人脸特征？", en: "Keep and match your face on the estate's server?" },
    lines: [
      {
        zh: "同意：在小区自己的服务器比对，所有能刷脸的门都能用。不同意：有的门可以把特征只留在门口；没有这样的门就用通行码或门禁卡。",
        en: "Yes: matched on the estate's own server, for every door that takes faces. No: some gates can keep it to themselves; where none can, use a QR pass or card.",
      },
      {
        zh: "特征用只属于您的密钥加密，不给任何别人，也不和别的小区比对。",
        en: "The reference is encrypted under a key of your own, goes to nobody else, and is never matched with another estate.",
      },
    ],
    choices: [
      { given: false, zh: "不，人脸不放到服务器", en: "No, not on the server", next: "gateface" },
      { given: true, zh: "同意", en: "Yes", next: "selfie" },
    ],
  },
};
