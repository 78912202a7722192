/** A program for tests: writes half an object, says so to its parent, and waits to be killed. */
import { setTimeout as sleep } from 'node:timers/promises'
import { FileStorage } from './file.ts'

const [root = '', location = ''] = process.argv.slice(2)

async function* half(): AsyncGenerator<Uint8Array> {
  yield Buffer.alloc(1_000_000, 1)
  process.send?.('half')
  await sleep(60_000)
}

await new FileStorage({ roots: [root] }).put(location, half())
