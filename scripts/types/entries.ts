// Uses the entries without the types of Node, as in a page or another runtime.
import { Client, MessagePosted } from "chatexchange-ts";
import { Bot } from "chatexchange-ts/bot";
import { htmlToText } from "chatexchange-ts/protocol";
import { ChatServer } from "chatexchange-ts/server";
import { setStage } from "chatexchange-ts/testing";

export const all = [Client, MessagePosted, ChatServer, setStage, Bot];
export const name: Promise<string> = new Client("stackoverflow.com").getRoom(1).name;
export const text: string = htmlToText("a");
