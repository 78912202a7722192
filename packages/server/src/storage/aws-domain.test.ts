import { expect, it } from 'vitest'
import { awsDomain } from './aws-domain.ts'

it.each([
  ['eu-central-1', 'amazonaws.com'],
  ['us-gov-west-1', 'amazonaws.com'],
  ['cn-north-1', 'amazonaws.com.cn'],
  ['cn-northwest-1', 'amazonaws.com.cn'],
  ['eusc-de-east-1', 'amazonaws.eu'],
])('the services of %s are in %s', (region, domain) => {
  expect(awsDomain(region)).toBe(domain)
})
