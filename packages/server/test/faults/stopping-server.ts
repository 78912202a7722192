import { flushCompileCache } from 'node:module'
import { openServer } from './open-server.ts'
import type { ToParent, ToProgram } from './server-process.ts'
import { stoppingSql } from './stopping-sql.ts'
import { stoppingStorage } from './stopping-storage.ts'
import { Stops } from './stops.ts'

/**
 * A program for tests: the server, whose requests stop at the steps in their `x-test-stop` header (`one, two`), one
 * after the other, until they are released, so that it can be killed there. It opens nothing before it receives a
 * message, and ends with its parent.
 */
const stops = new Stops()
const held = new Map<string, () => void>()
const tell = (message: ToParent): void => void process.send?.(message)

process.on('disconnect', () => process.exit(1))
process.on('message', (message: ToProgram) => {
  if (message.type === 'release') held.get(message.request)?.()
  else void open(message.environment)
})

async function open(environment: Readonly<Record<string, string>>): Promise<void> {
  const { url } = await openServer({
    environment,
    wrapSql: (sql) => stoppingSql(sql, stops),
    wrapStorage: (storage) => stoppingStorage(storage, stops),
    wrapHandler: (handle) => (request, response) => {
      const { 'x-test-stop': step, 'x-request-id': id } = request.headers
      if (typeof step !== 'string' || typeof id !== 'string') return handle(request, response)
      const steps = step.split(', ')
      const hold = async (): Promise<void> => {
        const { promise: released, resolve } = Promise.withResolvers<void>()
        held.set(id, resolve)
        tell({ type: 'reached', request: id })
        await released
      }
      stops.run(steps, hold, () => {
        if (steps.at(-1) === 'answer') {
          // All work is complete, but the response is not sent.
          Object.defineProperty(response, 'end', { value: () => void stops.reach('answer') })
        }
        handle(request, response)
      })
    },
  })
  tell({ type: 'open', url })
  // Writes the cache now, because the process is killed and does not reach its regular end.
  flushCompileCache()
}
