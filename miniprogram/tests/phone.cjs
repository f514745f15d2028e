// A phone without WeChat: storage, a service that is played by the test, and the pages as WeChat would hold them.
const path = require("node:path");

const SRC = path.resolve(__dirname, "../src");

/** A fresh phone. `service(method, path, body, token)` answers {status, body}, or throws for a dead connection. */
function phone(service = () => ({ status: 500, body: null })) {
  for (const file of Object.keys(require.cache).filter((found) => found.startsWith(SRC))) {
    delete require.cache[file];
  }
  const kept = new Map();
  const asked = [];
  const went = [];
  const effects = [];
  const codes = { next: 0 };
  let defined = null;

  function request({ url, method, data, header, success, fail }) {
    const path = url.replace(/^http:\/\/127\.0\.0\.1:8700\/api\/v1/, "");
    const token = (header.Authorization || "").replace("Bearer ", "");
    asked.push({ method, path, body: data, token });
    setImmediate(() => {
      try {
        const { status, body } = service(method, path, data, token);
        success({ statusCode: status, data: body === undefined ? "" : body });
      } catch (error) {
        fail({ errMsg: `request:fail ${error.message}` });
      }
    });
  }

  global.wx = {
    getStorageSync: (key) => (kept.has(key) ? JSON.parse(kept.get(key)) : ""),
    setStorageSync: (key, value) => kept.set(key, JSON.stringify(value)),
    removeStorageSync: (key) => kept.delete(key),
    request,
    uploadFile: ({ filePath, success, ...more }) =>
      request({ ...more, method: "POST", data: filePath, success: (a) => success({ ...a, data: JSON.stringify(a.data) }) }),
    login: ({ success }) => success({ code: `code-${(codes.next += 1)}` }),
    navigateTo: ({ url }) => went.push(url),
    redirectTo: ({ url }) => went.push(url),
    reLaunch: ({ url }) => went.push(url),
    pageScrollTo: () => undefined,
    requestSubscribeMessage: ({ tmplIds, success, fail }) => {
      asked.push({ subscribe: tmplIds });
      setImmediate(() => (codes.told === "off" ? fail({ errMsg: "fail" }) : success({ [tmplIds[0]]: codes.told })));
    },
    setKeepScreenOn: () => undefined,
    setVisualEffectOnCapture: ({ visualEffect }) => effects.push(visualEffect),
  };
  global.Page = (page) => (defined = page);
  global.Component = (component) => (defined = component);

  return {
    asked,
    codes,
    went,
    effects,
    kept,
    lib: (name) => require(`${SRC}/lib/${name}`),
    /** A page as it stands when opened; `appear` brings it into view. */
    page(name, options = {}) {
      require(`${SRC}/pages/${name}/${name}`);
      const made = Object.assign({}, defined, { data: structuredClone(defined.data) });
      made.setData = (changes) => Object.assign(made.data, changes);
      made.appear = () => made.onShow();
      if (made.onLoad) {
        made.onLoad(options);
      }
      return made;
    },
    component(name) {
      require(`${SRC}/components/${name}/${name}`);
      const made = Object.assign({}, defined.methods, { data: { ...defined.data }, lifetimes: defined.lifetimes });
      made.setData = (changes) => Object.assign(made.data, changes);
      return made;
    },
  };
}

module.exports = { phone, SRC };
