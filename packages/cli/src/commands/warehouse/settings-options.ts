import { type Command, InvalidArgumentError } from 'commander'
import { keyValue, several } from '../../options.ts'

/** What people decide about a warehouse besides its place. */
export interface SettingsOptions {
  readonly retention?: number
  readonly allow?: readonly string[]
  readonly default?: Readonly<Record<string, string>>
  readonly override?: Readonly<Record<string, string>>
  readonly skipProbe?: boolean
}

export function addSettingsOptions(command: Command): Command {
  return command
    .option('--retention <time>', 'how long dropped tables can be restored: 7d, 12h, 0', seconds)
    .option(
      '--allow <location>',
      'a further place for tables, on the same store; may be given several times',
      several,
    )
    .option(
      '--default <key=value>',
      'a property for clients that do not set it; may be given several times',
      keyValue,
    )
    .option(
      '--override <key=value>',
      'a property that clients must take; may be given several times',
      keyValue,
    )
    .option('--skip-probe', 'do not try the storage out')
}

const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 }

/** Reads `90s`, `15m`, `12h`, `7d` and `0` as seconds. */
export function seconds(text: string): number {
  const [, count, unit] = /^(\d{1,9})([smhd])$/.exec(text) ?? []
  if (text === '0') return 0
  if (count !== undefined && unit !== undefined) return Number(count) * (units[unit] ?? 1)
  throw new InvalidArgumentError('Write 7d, 12h, 15m, 90s or 0.')
}
