import type { Worker } from 'node:cluster'

/** Handle of a client connection that node:cluster passes from the primary to a worker. */
interface Handle {
  close(): void
}

/**
 * Closes the client connections that the primary passed to a worker which ended before it accepted them. node:cluster
 * would keep these connections open in the primary, which never answers them. The function reads internal messages of
 * node:cluster. They are not documented, but are the same in all versions of Node.
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
    if (isAck(message)) handed.delete(message.ack)
  })
  const close = (): void => {
    for (const handle of handed.values()) handle.close()
    handed.clear()
  }
  // node:cluster passes connections to the worker until both events have occurred.
  process.once('exit', close)
  process.once('disconnect', close)
}

function isConnection(message: unknown): message is { readonly seq: unknown } {
  return isObject(message) && 'act' in message && message.act === 'newconn' && 'seq' in message
}

function isAck(message: unknown): message is { readonly ack: unknown } {
  return isObject(message) && 'ack' in message
}

function isHandle(handle: unknown): handle is Handle {
  return isObject(handle) && 'close' in handle && typeof handle.close === 'function'
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
