import { besidePrograms } from '../support/program.ts';

/** Files of plain instructions, by the tools' own documentation. */
const INSTRUCTIONS =
  /(?:^|\/)(?:AGENTS?|CLAUDE|GEMINI|QWEN|CRUSH|WARP|CONVENTIONS|SKILL)(?:\.local|\.override)?\.md$|(?:^|\/)\.(?:cursorrules|windsurfrules|clinerules|roorules|goosehints|junie\/guidelines\.md)$|(?:^|\/)\.(?:cursor\/rules|windsurf\/rules|clinerules|roo\/rules[^/]*|continue\/rules|kiro\/steering|augment\/rules|amazonq\/rules|claude\/(?:commands|agents|skills)|codex\/prompts|github\/(?:instructions|prompts|agents|chatmodes))\/.+\.(?:md|mdc|txt|toml|yaml)$|(?:^|\/)\.github\/copilot-instructions\.md$/i;

/** Server lists and permission files. */
const SETTINGS =
  /(?:^|\/)(?:\.?mcp\.json|\.?mcp_(?:config|settings)\.json|opencode\.jsonc?|crush\.json|\.aider\.conf\.ya?ml|\.codex\/config\.toml|\.vscode\/(?:settings|mcp|tasks)\.json|\.(?:claude|cursor|gemini|qwen|roo|kiro|amazonq|windsurf|codeium|factory|idx|zed|trae|augment|continue)\/(?:.+\/)?[\w.-]+\.(?:json|jsonc|toml|ya?ml)|\.claude-plugin\/[\w.-]+\.json|[\w.-]+\.code-workspace)$/i;

/** Documentation about agents, in the lower case that no tool looks for where names count. */
const DOCUMENTATION = /(?:^|\/)(?:docs?|documentation|content|website|wiki|blog)\/(?:.+\/)?[a-z]+\.md$/;

export function isInstructions(path: string): boolean {
  return INSTRUCTIONS.test(path) && !DOCUMENTATION.test(path);
}

export function isSettings(path: string): boolean {
  return SETTINGS.test(path) && !isInstructions(path);
}

/** Any file that steers coding agents. */
export const isAgentFile = besidePrograms((path) => isInstructions(path) || SETTINGS.test(path));
