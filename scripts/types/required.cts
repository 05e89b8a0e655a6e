// A CommonJS program that requires the modules, as Node can from 20.19 on.
import chatexchange = require("chatexchange-ts");
import bots = require("chatexchange-ts/bot");
import protocol = require("chatexchange-ts/protocol");
import server = require("chatexchange-ts/server");
import testing = require("chatexchange-ts/testing");

const chat: chatexchange.Client = new chatexchange.Client("stackoverflow.com");
const { name }: { name: Promise<string> } = chat.getRoom(1);
export = { name, start: server.ChatServer.start, stage: testing.setStage, frame: protocol.parseFrame, Bot: bots.Bot };
