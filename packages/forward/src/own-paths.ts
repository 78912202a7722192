import type { ServerResponse } from 'node:http'
import { HeadgateError } from '@headgate/errors'
import type { ProxyMetrics } from './proxy-metrics.ts'

/** Prefix of the paths that the proxy itself serves. No path of a catalog begins with this prefix. */
export const OWN = '/-/'

/**
 * Responds to a request for the health or the metrics of the proxy.
 *
 * @throws HeadgateError `no-such-route` for any other path
 */
export async function respondOwn(
  path: string,
  response: ServerResponse,
  metrics: ProxyMetrics,
): Promise<void> {
  if (path === `${OWN}health`) {
    response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' })
    response.end('{"status":"ok"}')
    return
  }
  if (path !== `${OWN}metrics`) {
    throw new HeadgateError(
      'no-such-route',
      `No route matches this path. The proxy has ${OWN}health and ${OWN}metrics.`,
    )
  }
  const text = await metrics.registry.metrics()
  response.writeHead(200, { 'content-type': metrics.registry.contentType })
  response.end(text)
}
