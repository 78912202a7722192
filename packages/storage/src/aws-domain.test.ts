import { describe, expect, it } from 'vitest'
import { awsDomain, awsHost, isAws } from './aws-domain.ts'

it.each([
  ['eu-central-1', 'amazonaws.com'],
  ['us-gov-west-1', 'amazonaws.com'],
  ['cn-north-1', 'amazonaws.com.cn'],
  ['cn-northwest-1', 'amazonaws.com.cn'],
  ['eusc-de-east-1', 'amazonaws.eu'],
])('the DNS domain of the AWS services in the region %s is %s', (region, domain) => {
  expect(awsDomain(region)).toBe(domain)
})

describe('Hosts of S3', () => {
  it.each([
    ['s3.amazonaws.com', null],
    ['s3.eu-central-1.amazonaws.com', 'eu-central-1'],
    ['s3-us-west-2.amazonaws.com', 'us-west-2'],
    ['s3-fips.dualstack.us-gov-west-1.amazonaws.com', 'us-gov-west-1'],
    ['s3-fips-us-gov-west-1.amazonaws.com', 'us-gov-west-1'],
    ['s3-accelerate.dualstack.amazonaws.com', null],
    ['lake.s3.eu-central-1.amazonaws.com', 'eu-central-1'],
    ['bucket.vpce-0a-b1.s3.us-east-1.vpce.amazonaws.com', 'us-east-1'],
    ['ap-123.s3-accesspoint.us-east-1.amazonaws.com', 'us-east-1'],
    ['s3express-usw2-az1.us-west-2.amazonaws.com', 'us-west-2'],
    ['s3.cn-north-1.amazonaws.com.cn', 'cn-north-1'],
    ['s3.eusc-de-east-1.amazonaws.eu', 'eusc-de-east-1'],
  ])('the host %s is a host of S3 in the region %s', (host, region) => {
    expect(awsHost(host, 's3')).toMatchObject({ region })
  })

  it.each([
    'ec2-192-0-2-1.compute-1.amazonaws.com',
    'ec2-192-0-2-1.eu-west-1.compute.amazonaws.com',
    's3-evil-1.us-east-1.elb.amazonaws.com',
    's3.us-east-1.elb.amazonaws.com',
    'a1b2.execute-api.us-east-1.amazonaws.com',
    'vpce-0a.vpce-svc-0b.us-east-1.vpce.amazonaws.com',
    'sts.us-east-1.amazonaws.com',
    'xs3.us-east-1.amazonaws.com',
    'amazonaws.com',
    's3.amazonaws.com.example',
    's3.us-east-1.example.com',
  ])('the host %s is not a host of S3', (host) => {
    expect(awsHost(host, 's3')).toBeNull()
  })

  it('isAws returns true for an endpoint only if it is in the AWS domain of the region', () => {
    const endpoint = 'https://s3.cn-north-1.amazonaws.com.cn'
    expect(isAws({ endpoint, region: 'cn-north-1' })).toBe(true)
    expect(isAws({ endpoint, region: 'us-east-1' })).toBe(false)
  })
})
