import type { FileSide } from '../../../src/core/detector.ts';
import type { Confidence, Level } from '../../../src/core/rule.ts';
import { type Judged, NOTHING_JUDGED, type Weakness } from './judge.ts';
import { formatOf } from './parsed.ts';
import { quote } from './quote.ts';
import { resourcesOf, type Setting, settingsOf } from './settings.ts';
import { type Command, commandsOf, mayHoldCommands } from './shell.ts';

export interface Opinion {
  readonly shape: string;
  /** What is wrong, as the beginning of a sentence. */
  readonly what: string;
  readonly level?: Level;
  readonly confidence?: Confidence;
}

/** A weak spot at a setting: the message names it and quotes it. */
export function atSetting(side: FileSide, setting: Setting, opinion: Opinion, remediation: string): Weakness {
  const source = side.text.slice(setting.start, Math.min(setting.end, setting.start + 400));
  return {
    key: `${setting.scope.name}|${setting.path.join('.')}.${setting.key}|${opinion.shape}|${setting.values.join(',')}`,
    shape: opinion.shape,
    start: setting.start,
    end: setting.end,
    scope: setting.scope,
    message: `${opinion.what} in ${quote(setting.scope.name.slice(0, 60))}: ${quote(source)}.`.slice(0, 299),
    remediation,
    ...(opinion.level === undefined ? {} : { level: opinion.level }),
    ...(opinion.confidence === undefined ? {} : { confidence: opinion.confidence }),
  };
}

export function atCommand(command: Command, opinion: Opinion, remediation: string): Weakness {
  return {
    key: `command|${opinion.shape}|${command.source}`,
    shape: opinion.shape,
    start: command.start,
    end: command.end,
    scope: { name: `command ${command.words[0] ?? ''}`, start: command.start, end: command.end },
    message: `${opinion.what}: ${quote(command.source)}.`,
    remediation,
    ...(opinion.level === undefined ? {} : { level: opinion.level }),
    ...(opinion.confidence === undefined ? {} : { confidence: opinion.confidence }),
  };
}

const NO_COMMANDS: readonly Command[] = [];

/** The weak spots that a rule sees in settings and in commands of a side. */
export function judgeInfrastructure(
  side: FileSide,
  remediation: string,
  ofSetting: (setting: Setting, settings: readonly Setting[]) => Opinion | null,
  ofCommand: (command: Command) => Opinion | null,
): Judged {
  const settings = settingsOf(side);
  const commands = mayHoldCommands(side.path) ? commandsOf(side) : NO_COMMANDS;
  const format = formatOf(side.path);
  if (settings.length === 0 && commands.length === 0 && format === null) return NOTHING_JUDGED;
  const weaknesses: Weakness[] = [];
  for (const setting of settings) {
    const opinion = ofSetting(setting, settings);
    if (opinion !== null) weaknesses.push(atSetting(side, setting, opinion, remediation));
  }
  for (const command of commands) {
    const opinion = ofCommand(command);
    if (opinion !== null) weaknesses.push(atCommand(command, opinion, remediation));
  }
  const scopes = format === null ? [] : resourcesOf(side).map(({ scope }) => scope);
  return { weaknesses, scopes };
}

export function isOn(setting: Setting): boolean {
  return setting.values.length === 1 && /^(?:true|enabled|yes|on)$/i.test(setting.values[0] ?? '');
}

export function isOff(setting: Setting): boolean {
  return setting.values.length === 1 && /^(?:false|disabled|no|off)$/i.test(setting.values[0] ?? '');
}
