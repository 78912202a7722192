import type { ConnectOptions } from '@headgate/iceberg/client'
import type { ProcessKeeper } from '../../lib/process-keeper.ts'
import { frontKeys, startFront } from '../../lib/signed-front.ts'
import type { Peer } from './peer.ts'

/** Client properties with which the requests are signed as the proxy requires. */
export const signing: NonNullable<ConnectOptions['properties']> = {
  'rest.auth.type': 'sigv4',
  'rest.auth.sigv4.region': frontKeys.region,
  'rest.auth.sigv4.service': frontKeys.service,
  'rest.auth.sigv4.access-key-id': frontKeys.accessKeyId,
  'rest.auth.sigv4.secret-access-key': frontKeys.secretAccessKey,
}

/**
 * Starts a catalog without authentication, behind a proxy that accepts only requests whose signature equals the one
 * that botocore computes.
 */
export async function behindFront(
  keeper: ProcessKeeper,
  folder: string,
  peer: Peer,
  botocore: string,
): Promise<Peer> {
  const { uri = '', properties = {} } = peer.options
  const { origin, pathname } = new URL(uri)
  const front = await startFront(keeper, 'front', { upstream: origin, python: botocore, folder })
  return {
    ...peer,
    name: `${peer.name}-signed`,
    options: {
      ...peer.options,
      uri: `${front.url}${pathname.replace(/\/$/, '')}`,
      properties: { ...properties, ...signing },
    },
    front,
  }
}
