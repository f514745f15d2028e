// The one address that the mini-program talks to: the estate's own service. An estate that publishes the
// mini-program writes its https address here and names it in the mini-program's list of request hosts.
module.exports = { baseUrl: "http://127.0.0.1:8700" };
