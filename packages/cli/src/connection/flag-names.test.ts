import { expect, it } from 'vitest'
import { nameFlags } from './flag-names.ts'

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
    'The request is invalid: body.vending: Unrecognized key: "whenNotAsked"',
    'The options are not valid: --vend-when-not-asked is not allowed with these options: see --help',
  ],
  [
    'The request is invalid: body.vending: Unrecognized keys: "whenNotAsked", "roleArn"',
    'The options are not valid: --vend-when-not-asked, --role-arn is not allowed with these options: see --help',
  ],
  [
    'The request is invalid: body.vending.roleArn: must be an ARN',
    'The options are not valid: --role-arn: must be an ARN',
  ],
  [
    'The request is invalid: body.vending.kmsKeyArns.0: must be an ARN',
    'The options are not valid: --kms-key: must be an ARN',
  ],
  [
    'Storage profile is not valid: region: Invalid input: expected string, received undefined',
    'The storage is not valid: --region is missing',
  ],
  [
    'Storage profile is not valid: endpoint: must be an http or https URL; region: must be a region, like eu-central-1',
    'The storage is not valid: --endpoint: must be an http or https URL; --region: must be a region, like eu-central-1',
  ],
  [
    'Storage profile is not valid: profile: needs accessKeyId and secretAccessKey, or credentials: "default-chain"',
    'The storage is not valid: needs --keys-file or --keys-from-env, or --default-chain',
  ],
  ['Location has no valid bucket name: s3://b/roleArn', 'Location has no valid bucket name: s3://b/roleArn'],
])(
  'refusals of the server name command-line options in place of request members: %s',
  (message, expected) => {
    expect(nameFlags(message, flags)).toBe(expected)
  },
)
