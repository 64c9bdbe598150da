import { flowChecks, L, N, P, R } from '../support/flow-cases.ts';

const checkJavaScript = flowChecks('src/a.ts');

checkJavaScript('messages in JavaScript', {
  'for await request': [
    `app.post('/a', async (req, res) => { for await (const part of req) sink(part); });
`,
    R,
  ],
  'for await consumer kafka': [
    `import { Kafka } from 'kafkajs';
const consumer = new Kafka({}).consumer({});
await consumer.run({ eachMessage: async ({ topic, message }) => { sink(message.value.toString()); } });
`,
    L,
  ],
  amqplib: [
    `import amqp from 'amqplib';
const conn = await amqp.connect('x'); const channel = await conn.createChannel();
channel.consume('q', (msg) => { sink(msg.content.toString()); });
`,
    R,
  ],
  bullmq: [
    `import { Worker } from 'bullmq';
new Worker('q', async (job) => { sink(job.data.name); });
`,
    P,
  ],
  bull: [
    `import Queue from 'bull';
const q = new Queue('x');
q.process(async (job) => { sink(job.data.name); });
`,
    P,
  ],
  'slack bolt': [
    `import { App } from '@slack/bolt';
const app = new App({});
app.command('/run', async ({ command, ack, say }) => { sink(command.text); });
`,
    R,
  ],
  'slack message': [
    `import { App } from '@slack/bolt';
const app = new App({});
app.message(/run (.*)/, async ({ message, context, say }) => { sink(message.text); });
`,
    R,
  ],
  'slack context matches': [
    `import { App } from '@slack/bolt';
const app = new App({});
app.message(/run (.*)/, async ({ context, say }) => { sink(context.matches[1]); });
`,
    R,
  ],
  telegraf: [
    `import { Telegraf } from 'telegraf';
const bot = new Telegraf('x');
bot.on('text', (ctx) => { sink(ctx.message.text); });
`,
    R,
  ],
  'telegraf command': [
    `import { Telegraf } from 'telegraf';
const bot = new Telegraf('x');
bot.command('run', async (ctx) => { sink(ctx.message.text.split(' ')[1]); });
`,
    R,
  ],
  'telegraf match': [
    `import { Telegraf } from 'telegraf';
const bot = new Telegraf('x');
bot.hears(/run (.*)/, async (ctx) => { sink(ctx.match[1]); });
`,
    R,
  ],
  'node-telegram-bot-api': [
    `import TelegramBot from 'node-telegram-bot-api';
const bot = new TelegramBot('x');
bot.onText(/run (.*)/, (msg, match) => { sink(match[1]); });
`,
    R,
  ],
  'telegram message': [
    `import TelegramBot from 'node-telegram-bot-api';
const bot = new TelegramBot('x');
bot.on('message', (msg) => { sink(msg.text); });
`,
    R,
  ],
  discord: [
    `import { Client } from 'discord.js';
const client = new Client({});
client.on('messageCreate', (message) => { sink(message.content); });
`,
    R,
  ],
  'discord args': [
    `import { Client } from 'discord.js';
const client = new Client({});
client.on('messageCreate', async (message) => { const [cmd, ...args] = message.content.slice(1).split(' '); sink(args.join(' ')); });
`,
    R,
  ],
  'discord interaction': [
    `import { Client } from 'discord.js';
const client = new Client({});
client.on('interactionCreate', async (interaction) => { sink(interaction.options.getString('x')); });
`,
    R,
  ],
  'discord interaction integer': [
    `import { Client } from 'discord.js';
const client = new Client({});
client.on('interactionCreate', async (interaction) => { sink(interaction.options.getInteger('x')); });
`,
    N,
  ],
  'discord execute': [
    `import { SlashCommandBuilder } from 'discord.js';
export default { data: new SlashCommandBuilder(), async execute(interaction) { sink(interaction.options.getString('x')); } };
`,
    R,
  ],
  grammy: [
    `import { Bot } from 'grammy';
const bot = new Bot('x');
bot.command('run', async (ctx) => { sink(ctx.match); });
`,
    R,
  ],
  sqs: [
    `import { Consumer } from 'sqs-consumer';
Consumer.create({ queueUrl: 'x', handleMessage: async (message) => { sink(message.Body); } });
`,
    L,
  ],
  'lambda sqs': [
    `export const handler = async (event) => { for (const record of event.Records) { const body = JSON.parse(record.body); sink(body.name); } };
`,
    R,
  ],
  mqtt: [
    `import mqtt from 'mqtt';
const client = mqtt.connect('x');
client.on('message', (topic, payload) => { sink(payload.toString()); });
`,
    R,
  ],
  'redis subscribe': [
    `import { createClient } from 'redis';
const sub = createClient();
sub.subscribe('x', (message) => { sink(message); });
`,
    L,
  ],
  'nats async iterator': [
    `import { connect } from 'nats';
const nc = await connect();
const subs = nc.subscribe('x');
for await (const m of subs) { sink(m.string()); }
`,
    L,
  ],
  ioredis: [
    `import Redis from 'ioredis';
const sub = new Redis();
sub.on('message', (channel, message) => { sink(message); });
`,
    L,
  ],
});

const checkPython = flowChecks('app/a.py');

checkPython('messages in Python', {
  'kafka-python': [
    `from kafka import KafkaConsumer
consumer = KafkaConsumer('topic')
for message in consumer:
    sink(message.value.decode())
`,
    L,
  ],
  'confluent poll': [
    `from confluent_kafka import Consumer
consumer = Consumer({})
while True:
    msg = consumer.poll(1.0)
    sink(msg.value().decode())
`,
    L,
  ],
  aiokafka: [
    `from aiokafka import AIOKafkaConsumer
async def run():
    consumer = AIOKafkaConsumer('x')
    async for msg in consumer:
        sink(msg.value)
`,
    L,
  ],
  pika: [
    `import pika
def callback(ch, method, properties, body):
    sink(body.decode())
channel.basic_consume(queue='x', on_message_callback=callback)
`,
    L,
  ],
  'celery task': [
    `from celery import Celery, shared_task
app = Celery('x')
@app.task
def run(name):
    sink(name)
`,
    P,
  ],
  'slack bolt': [
    `from slack_bolt import App
app = App()
@app.command('/run')
def run(ack, command, say):
    sink(command['text'])
`,
    R,
  ],
  'slack event': [
    `from slack_bolt import App
app = App()
@app.event('message')
def run(event, say):
    sink(event['text'])
`,
    R,
  ],
  'slack message': [
    `from slack_bolt import App
app = App()
@app.message('run')
def run(message, say):
    sink(message['text'])
`,
    R,
  ],
  telegram: [
    `from telegram import Update
async def run(update: Update, context):
    sink(update.message.text)
`,
    R,
  ],
  'telegram args': [
    `from telegram import Update
async def run(update: Update, context: ContextTypes.DEFAULT_TYPE):
    sink(' '.join(context.args))
`,
    R,
  ],
  telebot: [
    `import telebot
bot = telebot.TeleBot('x')
@bot.message_handler(commands=['run'])
def run(message):
    sink(message.text)
`,
    R,
  ],
  aiogram: [
    `from aiogram import Dispatcher, types
dp = Dispatcher()
@dp.message()
async def run(message: types.Message):
    sink(message.text)
`,
    R,
  ],
  'discord.py': [
    `import discord
client = discord.Client()
@client.event
async def on_message(message):
    sink(message.content)
`,
    R,
  ],
  'discord command': [
    `from discord.ext import commands
bot = commands.Bot('!')
@bot.command()
async def run(ctx, *, code: str):
    sink(code)
`,
    R,
  ],
  'discord command int': [
    `from discord.ext import commands
bot = commands.Bot('!')
@bot.command()
async def run(ctx, count: int):
    sink(count)
`,
    N,
  ],
  'sqs boto3': [
    `import boto3
sqs = boto3.client('sqs')
response = sqs.receive_message(QueueUrl='x')
for message in response['Messages']:
    sink(message['Body'])
`,
    L,
  ],
  paho: [
    `import paho.mqtt.client as mqtt
def on_message(client, userdata, msg):
    sink(msg.payload.decode())
client = mqtt.Client()
client.on_message = on_message
`,
    R,
  ],
  'redis pubsub': [
    `import redis
r = redis.Redis()
p = r.pubsub()
for message in p.listen():
    sink(message['data'])
`,
    L,
  ],
});
