import type { Worker } from 'node:cluster'

/** A connection as node:cluster hands it from process to process. */
interface Handle {
  close(): void
}

/**
 * Closes the connections that were handed to a worker which ended before it took them: node:cluster keeps them open in
 * the primary, where nobody would ever answer them. What it sends for a connection, and what the worker answers, is not
 * documented; both have been the same in every version of Node.
 */
export function closeWhatIsNotTaken(worker: Worker): void {
  const { process } = worker
  const handed = new Map<unknown, Handle>()
  const send = process.send.bind(process)
  const sendAndNote = (message: unknown, handle: unknown, ...rest: readonly unknown[]): unknown => {
    if (isConnection(message) && isHandle(handle)) handed.set(message.seq, handle)
    return Reflect.apply(send, process, [message, handle, ...rest])
  }
  Object.assign(process, { send: sendAndNote })
  process.on('internalMessage', (message: unknown) => {
    if (isAnswer(message)) handed.delete(message.ack)
  })
  const close = (): void => {
    for (const handle of handed.values()) handle.close()
    handed.clear()
  }
  // Until node:cluster has seen both it goes on handing connections to the worker.
  process.once('exit', close)
  process.once('disconnect', close)
}

function isConnection(message: unknown): message is { readonly seq: unknown } {
  return isObject(message) && 'act' in message && message.act === 'newconn' && 'seq' in message
}

function isAnswer(message: unknown): message is { readonly ack: unknown } {
  return isObject(message) && 'ack' in message
}

function isHandle(handle: unknown): handle is Handle {
  return isObject(handle) && 'close' in handle && typeof handle.close === 'function'
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
