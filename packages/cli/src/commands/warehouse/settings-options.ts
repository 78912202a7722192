import type { Command } from 'commander'
import { keyValue, parseSeconds, repeatable } from '../../options.ts'

/** Options that set the settings of a warehouse other than its storage and vending. */
export interface SettingsOptions {
  readonly retention?: number
  readonly allow?: readonly string[]
  readonly default?: Readonly<Record<string, string>>
  readonly override?: Readonly<Record<string, string>>
  readonly skipProbe?: boolean
}

export function addSettingsOptions(command: Command): Command {
  return command
    .option('--retention <time>', 'how long dropped tables can be restored: 7d, 12h, 0', parseSeconds)
    .option('--allow <location>', 'further location for tables, on the same store; repeatable', repeatable)
    .option('--default <key=value>', 'property for clients that do not set it; repeatable', keyValue)
    .option('--override <key=value>', 'property that clients must use; repeatable', keyValue)
    .option('--skip-probe', 'do not validate the storage')
}
