"""What travels between interpreters: values, exceptions, modules.

One implementation each, below everything that sends and receives (`bridge.rpc`, `bridge.pool`,
`bridge.offload`, `bridge.worker`). It knows neither calls nor tasks.
"""
