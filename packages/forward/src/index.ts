export type { ConnectionOptions } from './upstream-connection.ts'
export { Forwarder, type Forwarded, type ForwarderOptions } from './forwarder.ts'
export { isLoopback } from './own-names.ts'
export { startProxy, type Proxy, type ProxyOptions, type ServedRequest } from './proxy.ts'
