import type { Strength } from './facts.ts';

/** An object that is no input itself and has inputs as members. */
export type Container = 'request' | 'context' | 'event' | 'message' | 'socket' | 'chat';

/** What a name, member or call brings in. */
export type Source =
  | { readonly kind: 'input'; readonly strength: Strength; readonly what: string }
  | { readonly kind: 'container'; readonly container: Container };

/** What somebody else sends from outside. */
export function remote(what: string): Source {
  return { kind: 'input', strength: 'remote', what };
}

function local(what: string): Source {
  return { kind: 'input', strength: 'local', what };
}

/** What a language model wrote. */
export const MODEL_ANSWER = "a language model's answer";

const BY_ORIGIN: readonly (readonly [RegExp, Source])[] = [
  [
    /^~process\.argv$|^~Deno\.args$|^~Bun\.argv$|^sys\.argv$|^yargs(?:\/yargs)?(?:\(\))?\.argv$|^minimist\(\)$|^util\.parseArgs\(\)|^commander\.program\.(?:args|opts)/,
    local('the command line'),
  ],
  [
    /^argparse\.ArgumentParser\(\)\.parse_(?:known_)?args\(\)$|^yargs(?:\/yargs)?.*\.(?:argv|parse\(\)|parseSync\(\))$/,
    local('the command line'),
  ],
  [
    /^~(?:process|Bun)\.env$|^import-meta\.env$|^os\.environ$|^os\.getenv\(\)$|^~Deno\.env\.get\(\)$/,
    local('the environment'),
  ],
  [/^~input\(\)$|^~prompt\(\)$|^~raw_input\(\)$|^sys\.stdin/, local('what a person types')],
  [
    /^(?:~document\.|~)location(?:\.(?:href|search|hash|pathname))?$|^~document\.(?:URL|documentURI|referrer|baseURI|cookie)$|^~name$/,
    remote("the page's address"),
  ],
  [/^~(?:localStorage|sessionStorage)\.getItem\(\)$/, local("the browser's storage")],
  [
    /^~(?:defineProps|withDefaults|\$props)\(\)|^vue\.defineProps\(\)/,
    { kind: 'input', strength: 'parameter', what: 'a property of the component' },
  ],
  // h3 and Nuxt, whose helpers need no import.
  [
    /^(?:h3\.|#imports\.|~)(?:getQuery|getRouterParams?|getRequestURL|getRequestHeaders?|getHeaders?|getCookie)\(\)/,
    remote("the request's query"),
  ],
  [
    /^(?:h3\.|#imports\.|~)(?:readBody|readRawBody|readFormData|readMultipartFormData)\(\)/,
    remote("the request's body"),
  ],
  // What Connect and Express take addresses apart with.
  [/^parseurl(?:\.original)?\(\)$/, remote("the request's url")],
  // unzipper and JSZip: names inside an archive are chosen by whoever packed it.
  [/^unzipper\.Open\.\w+\(\)\.files$|^jszip(?:\(\))?\.loadAsync\(\)\.files$/, remote("an archive's entries")],
  [/^(?:flask|bottle|quart|cherrypy)\.request$/, { kind: 'container', container: 'request' }],
  [/^next\/headers\.(?:headers|cookies)\(\)/, remote("the request's headers")],
  [
    /^next\/navigation\.(?:useSearchParams|useParams)\(\)|^react-router(?:-dom)?\.(?:useParams|useSearchParams|useLocation)\(\)|^~(?:useParams|useSearchParams)\(\)|^next\/router\.useRouter\(\)\.(?:query|asPath)/,
    remote("the page's address"),
  ],
  [/^(?:vue-router\.|#imports\.|~)useRoute\(\)$/, remote("the page's address")],
  // SvelteKit's page in a component (`$app/state`).
  [/^\$app\/state\.page\.(?:url|params)$/, remote("the page's address")],
  // VS Code's dialogue (its API, `window.showInputBox`).
  [/^vscode\.window\.showInputBox\(\)$/, local('what a person types')],
  [/^vscode\.window\.activeTextEditor\.document\.getText\(\)$/, local('the open file')],
  // Texts of an event that started a workflow: anybody may open a pull request (GitHub, "Script injections").
  [
    /^@actions\/github\.context\.payload\.(?:pull_request|issue|comment|review|discussion|head_commit|workflow_run|client_payload)\b(?!\.base\b).*\.(?:title|body|ref|label|message|head_branch|name|email)$/,
    remote('the event that started the workflow'),
  ],
  // Brokers: what other programs put there, whoever may write to them.
  [
    /^kafka\.KafkaConsumer\(\)(?:\.poll\(\))?$|^aiokafka\.AIOKafkaConsumer\(\)(?:\.(?:getone|getmany)\(\))?$|^confluent_kafka\.(?:Deserializing)?Consumer\(\)\.(?:poll|consume)\(\)$|^boto3\.(?:client|resource|session\.Session\(\)\.client)\(\)\.receive_messages?\(\)$|^redis\.(?:asyncio\.)?(?:Redis|StrictRedis|from_url)\(\)\.(?:(?:blpop|brpop)\(\)|pubsub\(\)\.(?:listen|get_message)\(\))$|^nats\.connect\(\)\.subscribe\(\)$/,
    local("a queue's message"),
  ],
  // Language models, through their makers' clients: what they write follows from whatever they were given to read.
  [
    /^(?:(?:openai|groq|together)(?:\.(?:Async)?(?:Azure)?(?:OpenAI|Groq|Together))?\(\)\.(?:beta\.)?(?:chat\.)?(?:completions|responses)\.(?:create|parse)\(\)|(?:anthropic|@anthropic-ai\/sdk)(?:\.(?:Async)?Anthropic(?:Bedrock|Vertex)?)?\(\)\.(?:beta\.)?messages\.create\(\)|openai\.(?:Chat)?Completion\.a?create\(\)|litellm\.a?(?:text_)?completion\(\)|ollama\.(?:(?:Async)?Client\(\)\.)?(?:chat|generate)\(\)|google\.generativeai\.GenerativeModel\(\)\.generate_content\(\)|langchain_\w+(?:\.\w+)*\.(?:Chat\w+|\w*LLM|\w*OpenAI)\(\)\.a?(?:invoke|predict)\(\)|ai\.generate(?:Text|Object)\(\)|@langchain\/[\w-]+\.\w+\(\)\.invoke\(\))$/,
    local(MODEL_ANSWER),
  ],
];

/** What an expression with this origin is; null for everything ordinary. */
export function originSource(origin: string): Source | null {
  for (const [pattern, source] of BY_ORIGIN) if (pattern.test(origin)) return source;
  return null;
}

const ASKS =
  /^(?:requests\.(?:get|post|request|[sS]ession\(\)\.(?:get|post|request))|httpx\.(?:get|post|request|stream|(?:Async)?Client\(\)\.(?:get|post|request|stream))|urllib\.request\.urlopen|urllib2\.urlopen|urllib3\.(?:request|PoolManager\(\)\.request)|aiohttp\.ClientSession\(\)\.(?:get|post|request)|~fetch|node-fetch|undici\.(?:fetch|request)|axios(?:\.(?:get|post|request))?|got(?:\.(?:get|post))?)$/;

/** What another machine answered: as data it is what was asked for, as a program it is that machine's word for all that is done. */
export function answerSource(origin: string): Source | null {
  return ASKS.test(origin) ? local("another machine's answer") : null;
}

/** Calls of these give what a file, or another machine, holds. */
export function callSource(origin: string): Source | null {
  if (
    /^(?:fs(?:\.promises)?\.(?:readFile|readFileSync)|~open\(\)\.read|configparser\.(?:Raw)?ConfigParser\(\)\.get)$/.test(
      origin,
    )
  )
    return { kind: 'input', strength: 'unknown', what: 'a file' };
  return null;
}
