import type { ServerResponse } from 'node:http'
import { HeadgateError } from '@headgate/errors'
import type { ProxyMetrics } from './proxy-metrics.ts'

/** What our own paths begin with: no path of a catalog does. */
export const OWN = '/-/'

/**
 * Health and metrics of the proxy itself.
 *
 * @throws HeadgateError `no-such-route`
 */
export async function answerOwn(
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
    throw new HeadgateError('no-such-route', `There is nothing here: ${OWN}health and ${OWN}metrics are.`)
  }
  const text = await metrics.registry.metrics()
  response.writeHead(200, { 'content-type': metrics.registry.contentType })
  response.end(text)
}
