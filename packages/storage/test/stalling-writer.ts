/** Program for tests: writes half an object, reports that to its parent process, and waits to be killed. */
import { setTimeout as sleep } from 'node:timers/promises'
import { FileStorage } from '../src/file.ts'

const [root = '', location = ''] = process.argv.slice(2)

async function* half(): AsyncGenerator<Uint8Array> {
  yield Buffer.alloc(1_000_000, 1)
  process.send?.('half')
  await sleep(60_000)
}

await new FileStorage({ roots: [root] }).put(location, half())
