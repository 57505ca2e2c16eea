// A plain Node.js server that says hello. Prints its port.
const answer = 'hello';
const server = require('http').createServer((request, response) => {
  response.writeHead(200, { 'Content-Type': 'text/plain', 'Content-Length': answer.length });
  response.end(answer);
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
