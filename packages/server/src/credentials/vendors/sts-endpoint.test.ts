import { expect, test } from 'vitest'
import { resolveDialect, resolveStsEndpoint } from './sts-endpoint.ts'

const aws = { endpoint: null, region: 'eu-central-1' }
const china = { endpoint: null, region: 'cn-north-1' }
const own = { endpoint: 'http://127.0.0.1:9000', region: 'us-east-1' }

test.each([
  [{}, aws, 'https://sts.eu-central-1.amazonaws.com/', 'aws'],
  [{}, china, 'https://sts.cn-north-1.amazonaws.com.cn/', 'aws'],
  [{ stsEndpoint: 'https://sts.cn-northwest-1.amazonaws.com.cn' }, china, undefined, 'aws'],
  [{}, own, 'http://127.0.0.1:9000/', 'plain'],
  [{ stsEndpoint: 'https://store.example/sts' }, own, 'https://store.example/sts', 'plain'],
  [{ stsEndpoint: 'https://amazonaws.com.cn.example/' }, china, undefined, 'plain'],
  [{ stsEndpoint: 'https://sts-fips.us-east-1.amazonaws.com' }, aws, undefined, 'aws'],
  [{ stsEndpoint: 'https://ec2-192-0-2-1.compute-1.amazonaws.com' }, aws, undefined, 'plain'],
  [{ stsEndpoint: 'https://sts-1.us-east-1.elb.amazonaws.com' }, aws, undefined, 'plain'],
] as const)(
  'for storage %j with vending %j, the token service is at %s and the policy dialect is %s',
  (profile, store, url, dialect) => {
    const endpoint = resolveStsEndpoint(profile, store)
    if (url !== undefined) expect(endpoint.href).toBe(url)
    expect(resolveDialect(endpoint, store)).toBe(dialect)
  },
)
