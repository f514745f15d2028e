"use strict";
// Pictures from this computer's camera; they leave the page only when a button is pressed.
const camera = {
  stream: null,

  async toggle(video) {
    if (this.stream) {
      this.stream.getTracks().forEach((track) => track.stop());
      this.stream = null;
      video.srcObject = null;
      return false;
    }
    this.stream = await navigator.mediaDevices.getUserMedia({ video: { width: { ideal: 1280 } }, audio: false });
    video.srcObject = this.stream;
    await video.play();
    return true;
  },

  async shoot(video, count, every = 120) {
    const pictures = [];
    for (let i = 0; i < count; i += 1) {
      const canvas = document.createElement("canvas");
      canvas.width = video.videoWidth;
      canvas.height = video.videoHeight;
      canvas.getContext("2d").drawImage(video, 0, 0);
      pictures.push(await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.92)));
      if (i + 1 < count) await new Promise((done) => setTimeout(done, every));
    }
    return pictures;
  },
};
