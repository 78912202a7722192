import { flushCompileCache } from 'node:module'
import { openServer } from './open-server.ts'
import type { ToParent, ToProgram } from './server-process.ts'
import { stoppingSql } from './stopping-sql.ts'
import { stoppingStorage } from './stopping-storage.ts'
import { Stops } from './stops.ts'

/**
 * Program for tests that runs the server. A request stops at each step of its `x-test-stop` header (`one,
 * two`) until the parent process releases the request or kills this process. The server starts when a message
 * from the parent arrives, and the process ends with its parent.
 */
const stops = new Stops()
const held = new Map<string, () => void>()
const sendToParent = (message: ToParent): void => void process.send?.(message)

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
        sendToParent({ type: 'reached', request: id })
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
  sendToParent({ type: 'open', url })
  // Writes the compile cache now, because Node writes it only at a regular exit and tests kill this process.
  flushCompileCache()
}
