import { toMessage, printed, runCommand, say } from '../lib/command.ts'
import { cacheFolder, newRunFolder } from '../lib/paths.ts'
import { ProcessKeeper } from '../lib/process-keeper.ts'
import { installKit } from './install.ts'
import { modeName, selectModes } from './modes.ts'
import { readOptions, usage, type RckOptions } from './options.ts'
import { humanReport, jsonReport, summary } from './report.ts'
import { runMode, type ModeResult } from './run-mode.ts'

const command = 'conformance:rck'

/**
 * Runs the compatibility kit. Returns the exit code: 0 if all results are as expected, 1 if some are not, 2 if the kit
 * could not run in a mode.
 */
async function main(options: RckOptions): Promise<number> {
  await using keeper = new ProcessKeeper()
  const kit = await installKit(keeper)
  const folder = newRunFolder(cacheFolder('rck-run'))
  const modes = selectModes(options)
  const done: ModeResult[] = []
  for (const mode of modes) {
    try {
      const result = await runMode(keeper, kit, options, mode, folder, say)
      done.push(result)
      if (!options.json) console.log(humanReport(result))
    } catch (error) {
      say(`${command}: ${modeName(options, mode)}: ${toMessage(error)}`)
      await keeper.stopAll()
    }
  }
  if (options.json) console.log(jsonReport(done, done.length === modes.length))
  else if (modes.length > 1) console.log(summary(done))
  if (done.length < modes.length) return 2
  return done.every(({ unexpected }) => unexpected.length === 0) ? 0 : 1
}

await runCommand(command, async (args) => {
  const options = readOptions(args)
  return options === undefined ? printed(usage) : await main(options)
})
