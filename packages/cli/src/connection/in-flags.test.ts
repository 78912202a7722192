import { expect, it } from 'vitest'
import { flagText } from './in-flags.ts'

const flags = {
  whenNotAsked: '--vend-when-not-asked',
  roleArn: '--role-arn',
  kmsKeyArns: '--kms-key',
  region: '--region',
  endpoint: '--endpoint',
  'accessKeyId and secretAccessKey': '--keys-file or --keys-from-env',
  credentials: '--default-chain',
}

it.each([
  [
    'The request does not fit: body.vending: Unrecognized key: "whenNotAsked"',
    'The options do not fit: --vend-when-not-asked cannot be given here: see --help',
  ],
  [
    'The request does not fit: body.vending: Unrecognized keys: "whenNotAsked", "roleArn"',
    'The options do not fit: --vend-when-not-asked, --role-arn cannot be given here: see --help',
  ],
  [
    'The request does not fit: body.vending.roleArn: must be an ARN',
    'The options do not fit: --role-arn: must be an ARN',
  ],
  [
    'The request does not fit: body.vending.kmsKeyArns.0: must be an ARN',
    'The options do not fit: --kms-key: must be an ARN',
  ],
  [
    'Storage profile is not valid: region: Invalid input: expected string, received undefined',
    'The storage does not fit: --region is missing',
  ],
  [
    'Storage profile is not valid: endpoint: must be an http or https URL; region: must be a region, like eu-central-1',
    'The storage does not fit: --endpoint: must be an http or https URL; --region: must be a region, like eu-central-1',
  ],
  [
    'Storage profile is not valid: profile: needs accessKeyId and secretAccessKey, or credentials: "default-chain"',
    'The storage does not fit: needs --keys-file or --keys-from-env, or --default-chain',
  ],
  ['Location has no valid bucket name: s3://b/roleArn', 'Location has no valid bucket name: s3://b/roleArn'],
])('%s', (said, told) => {
  expect(flagText(said, flags)).toBe(told)
})
