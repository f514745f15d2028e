// A short film of a movement: photos taken one after the other, made small, read as base64.
const FRAMES = 10;
const STRAIGHT = 2;
const PAUSE = 250;
const SIDE = 640;

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** One of WeChat's calls as a promise; resolves with none where it failed. */
const call = (what, options) =>
  new Promise((resolve) => what({ ...options, success: resolve, fail: () => resolve(null) }));

/** One photo in base64; none where the camera, or the reading, failed. Frames are never mirrored. */
async function photo(camera) {
  const taken = await call((options) => camera.takePhoto(options), { quality: "low", selfieMirror: false });
  if (!taken) {
    return null;
  }
  const small = await call(wx.compressImage, { src: taken.tempImagePath, quality: 70, compressedWidth: SIDE });
  const file = small ? small.tempFilePath : taken.tempImagePath;
  const read = await call((options) => wx.getFileSystemManager().readFile(options), { filePath: file, encoding: "base64" });
  return read && read.data;
}

/**
 * Films: a few frames straight on, then the movement.
 * @param {object} camera the page's camera context
 * @param {() => void} begin called when the movement is to be made
 * @param {() => boolean} wanted false once nobody waits for it any more
 */
async function shoot(camera, begin, wanted) {
  const frames = [];
  for (let tries = 0; tries < FRAMES + STRAIGHT && frames.length < FRAMES && wanted(); tries += 1) {
    const frame = await photo(camera);
    if (frame) {
      frames.push(frame);
      if (frames.length === STRAIGHT) {
        begin();
      }
    }
    await pause(PAUSE);
  }
  return frames;
}

module.exports = { shoot, FRAMES };
