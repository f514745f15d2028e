// The part of `wx` that the mini-program uses, on what a browser has. The test reads `window.phone`.
const phone = { asked: 0, agreed: localStorage.getItem("agreed") === "yes", handler: null, copied: "", shared: null };
window.phone = phone;

function go({ url }) {
  const [path, query] = url.split("?");
  location.href = `${location.pathname}?page=${path.slice(1)}${query ? `&${query}` : ""}`;
}

async function reach({ url, method, data, header, success, fail }) {
  try {
    const headers = { ...header, "Content-Type": "application/json" };
    const answer = await fetch(url, { method, headers, body: data === undefined ? undefined : JSON.stringify(data) });
    const text = await answer.text();
    success({ statusCode: answer.status, data: text ? JSON.parse(text) : "" });
  } catch (error) {
    fail({ errMsg: "request:fail" });
  }
}

export const wx = {
  getStorageSync: (key) => JSON.parse(localStorage.getItem(`wx-${key}`) || '""'),
  setStorageSync: (key, value) => localStorage.setItem(`wx-${key}`, JSON.stringify(value)),
  removeStorageSync: (key) => localStorage.removeItem(`wx-${key}`),
  request: reach,
  login: ({ success }) => success({ code: "mini-code" }),
  navigateTo: go,
  redirectTo: go,
  reLaunch: go,
  pageScrollTo: () => window.scrollTo(0, 0),
  setVisualEffectOnCapture: () => undefined,
  requestSubscribeMessage: ({ tmplIds, success }) => success({ errMsg: "requestSubscribeMessage:ok", [tmplIds[0]]: "accept" }),
  setKeepScreenOn: () => undefined,
  setClipboardData: ({ data, success }) => {
    phone.copied = data;
    success();
  },
  getPrivacySetting: ({ success }) => success({ needAuthorization: !phone.agreed }),
  onNeedPrivacyAuthorization: (handler) => {
    phone.handler = handler;
  },
  requirePrivacyAuthorize: ({ success, fail }) => {
    phone.asked += 1;
    phone.handler(({ event }) => {
      phone.agreed = event === "agree";
      localStorage.setItem("agreed", phone.agreed ? "yes" : "no");
      return phone.agreed ? success() : fail();
    });
  },
};
