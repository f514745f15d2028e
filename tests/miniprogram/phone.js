// A phone for tests: runs the mini-program's own scripts under Node with a `wx` that reaches a real server.
// Usage: node phone.js SOURCE SERVER STORAGE < steps (JSON). Prints the data of each step's page.
const fs = require('fs');
const path = require('path');

const [, , source, server, storageFile] = process.argv;
const steps = JSON.parse(fs.readFileSync(0, 'utf8'));
const storage = fs.existsSync(storageFile) ? JSON.parse(fs.readFileSync(storageFile, 'utf8')) : {};
const told = [];
let waiting = 0;

function settled() {
  return new Promise((resolve) => {
    const look = (quiet) => {
      if (waiting > 0) { setTimeout(look, 5, 0); } else if (quiet > 2) { resolve(); } else { setImmediate(look, quiet + 1); }
    };
    look(0);
  });
}

global.wx = {
  getStorageSync: (key) => (key in storage ? storage[key] : ''),
  setStorageSync: (key, value) => { storage[key] = value; },
  removeStorageSync: (key) => { delete storage[key]; },
  clearStorageSync: () => { Object.keys(storage).forEach((key) => delete storage[key]); },
  login: ({ success }) => success({ code: 'mini-code' }),
  request: ({ url, method, data, header, success, fail }) => {
    waiting += 1;
    const body = data === undefined ? undefined : JSON.stringify(data);
    fetch(url, { method, headers: { ...header, 'Content-Type': 'application/json' }, body })
      .then(async (answer) => {
        const text = await answer.text();
        success({ statusCode: answer.status, data: text ? JSON.parse(text) : '' });
      }, fail)
      .finally(() => { waiting -= 1; });
  },
  showModal: ({ content, success }) => { told.push(content); if (success) { success({ confirm: true }); } },
  navigateTo: () => {}, navigateBack: () => {}, redirectTo: () => {}, reLaunch: () => {},
  setVisualEffectOnCapture: () => {}, setClipboardData: () => {},
  base64ToArrayBuffer: (text) => new Uint8Array(Buffer.from(text, 'base64')).buffer,
  createSelectorQuery: () => {
    const query = { in: () => query, select: () => query, fields: () => query, exec: (then) => then([null]) };
    return query;
  },
};

function load(name) {
  let page = null;
  global.Page = (definition) => { page = definition; };
  const file = path.join(source, 'pages', name, `${name}.js`);
  delete require.cache[require.resolve(file)];
  require(file);
  page.data = JSON.parse(JSON.stringify(page.data));
  page.setData = (changes, then) => { Object.assign(page.data, changes); if (then) { then(); } };
  return page;
}

async function run() {
  require(path.join(source, 'config.js')).server = server;
  const { roll } = require(path.join(source, 'lib', 'door-pass.js'));
  const shown = [];
  for (const { name, options, calls } of steps) {
    const page = load(name);
    if (page.onLoad) { page.onLoad(options || {}); }
    if (page.onShow) { page.onShow(); }
    await settled();
    for (const [handler, event] of calls || []) {
      page[handler](event);
      await settled();
    }
    if (page.onUnload) { page.onUnload(); }
    const text = page.held ? roll(page.held.signed, page.held.key, Date.now() + page.held.skew) : '';
    shown.push({ ...page.data, text });
  }
  fs.writeFileSync(storageFile, JSON.stringify(storage));
  process.stdout.write(JSON.stringify({ shown, told }));
}

run();
