import { expect, it } from 'vitest'
import { mergeProfiles, parseProfiles } from './profiles.ts'

const config = `
# a comment
[default]
region = eu-central-1 # not part of it
output=json
s3 =
  max_concurrent_requests = 20
  region = nested
[profile dev]
role_arn = arn:aws:iam::1:role/dev
source_profile = default
[profile "two words"]
region=us-east-1
[sso-session corp]
sso_start_url = https://corp.example.com
[not-a-profile]
region = none
`
const credentials = `[default]
aws_access_key_id = AKID
AWS_SECRET_ACCESS_KEY = a+b/c=
[dev]
region = eu-west-1`

it('parseProfiles reads the files that the AWS command line writes', () => {
  const profiles = parseProfiles(config, 'config')
  expect([...profiles.keys()]).toEqual(['default', 'dev', 'two words'])
  expect(Object.fromEntries(profiles.get('default') ?? [])).toEqual({
    region: 'eu-central-1',
    output: 'json',
    s3: '',
  })
})

it('mergeProfiles prefers settings of the credentials file to settings of the configuration file', () => {
  const profiles = mergeProfiles(credentials, config)
  expect(profiles.get('dev')?.get('region')).toBe('eu-west-1')
  expect(profiles.get('dev')?.get('source_profile')).toBe('default')
  expect(profiles.get('default')?.get('aws_secret_access_key')).toBe('a+b/c=')
})
