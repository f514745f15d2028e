// Words: Chinese first, English beside it.
Component({
  options: { virtualHost: true },
  properties: { zh: String, en: String, inline: Boolean },
});
