'use strict';

const log = document.getElementById('log');
const message = document.getElementById('message');
const send = document.getElementById('send');

function show(line) {
  log.textContent += line + '\n';
  log.scrollTop = log.scrollHeight;
}

const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:';
const socket = new WebSocket(`${scheme}//${location.host}/ws`);

socket.onopen = () => { show('connected'); send.disabled = false; message.focus(); };
socket.onmessage = event => show('← ' + event.data);
socket.onclose = event => { show(`closed (${event.code})`); send.disabled = true; };

document.getElementById('form').onsubmit = event => {
  event.preventDefault();
  show('→ ' + message.value);
  socket.send(message.value);
  message.value = '';
};
