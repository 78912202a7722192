import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findJdk, jdkCommand } from '../../conformance/lib/jdk.ts'
import { installTrino, installTrinoCli } from '../install/trino.ts'
import { trinoCommand, writeSettings } from '../trino/node.ts'
import type { Example } from './example.ts'

export const trinoExample: Example = {
  name: 'trino',
  quick: false,
  async prepare({ keeper, say, folder, port }) {
    const installed = await installTrino(keeper, say)
    const client = await installTrinoCli(keeper, say)
    // The installed Trino consists only of jars and has no launcher program.
    const home = join(folder, 'trino')
    writeSettings(home, installed, port(8080))
    const { command, args } = trinoCommand(installed, home)
    const quoted = [command, ...args].map((each) => `'${each}'`).join(' ')
    mkdirSync(join(home, 'bin'))
    writeFileSync(join(home, 'bin/launcher'), `#!/bin/sh\ncd '${home}' && exec ${quoted}\n`, { mode: 0o755 })
    return {
      env: { TRINO_HOME: home },
      programs: { trino: `exec '${jdkCommand(findJdk(17), 'java')}' -jar '${client}' "$@"` },
    }
  },
}
