/**
 * Software and services that everybody knows and that no well-known npm package is plainly named after: people install a
 * guess (`node-opencv`, `openssl.js`). From general knowledge; our own list (Apache-2.0). Words that describe as well
 * (`polygon`) and brands whose package is well known under a near name (`telegraf`, `tesseract.js`) are left out. A word
 * imitates nobody, and is not taken for long known either: whoever holds the name is looked at like anybody.
 */
export const NPM_WORDS: readonly string[] = [
  // Libraries and programs.
  ...['ffmpeg', 'imagemagick', 'opencv', 'openssl', 'openvpn', 'wireguard', 'pytorch', 'tensorflow'],
  ...['chromium', 'selenium', 'wordpress', 'wireshark', 'memcached', 'rabbitmq'],
  ...['postgresql', 'clickhouse', 'cassandra', 'couchbase', 'cockroachdb', 'influxdb', 'timescaledb'],
  // Services.
  ...['instagram', 'whatsapp', 'snapchat', 'youtube', 'spotify', 'roblox', 'minecraft'],
  ...['anthropic', 'chatgpt', 'deepseek', 'midjourney', 'huggingface', 'openrouter'],
  // Money.
  ...['bitcoin', 'litecoin', 'dogecoin', 'ethereum', 'binance', 'coinbase', 'metamask', 'opensea', 'uniswap'],
  ...['pancakeswap', 'walletconnect', 'polymarket', 'hyperliquid', 'etherscan'],
];
