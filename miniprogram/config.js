// Where the estate's own service is reached; the only host that this program talks to.
module.exports = { server: 'https://kaimen.example' };
