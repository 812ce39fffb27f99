// Runs somebody's Node Slack app unchanged, with nothing but the address of Slack's Web API replaced:
//
//     SLACK_API_URL=http://127.0.0.1:8421/api/ node --require ./preload.cjs their_app.js
//
// @slack/web-api has the address as the default of an option (`slackApiUrl`); it is that default that changes, in every copy
// of the package that the app loads.
'use strict';

const Module = require('node:module');

const SLACK = /(['"])https:\/\/slack\.com\/api\/\1/g;
const CLIENT = /[\\/]@slack[\\/]web-api[\\/]dist[\\/]WebClient\.js$/;
const here = JSON.stringify(process.env.SLACK_API_URL);

const compile = Module.prototype._compile;
Module.prototype._compile = function (source, filename, ...rest) {
  return compile.call(this, CLIENT.test(filename) ? source.replace(SLACK, here) : source, filename, ...rest);
};
