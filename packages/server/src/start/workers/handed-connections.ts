import type { Worker } from 'node:cluster'

/** Connection as node:cluster passes it between processes. */
interface Handle {
  close(): void
}

/**
 * Closes connections that were passed to a worker which ended before it accepted them: node:cluster keeps them open in the
 * primary, where no code answers them. The messages between them are not documented, but are equal in all versions of Node.
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
  // node:cluster passes connections to the worker until it has received both messages.
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
