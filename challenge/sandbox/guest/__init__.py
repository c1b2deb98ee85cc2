"""The one folder of ours that enters the sandbox; nothing it says is trusted.

It runs beside the model in one process, so a model can forge whatever leaves here.
It therefore speaks in numbers alone, over one socket, and the parent checks each of
them. It imports nothing of ours (inside, it is called ``guest`` and nothing else of
the service is there), and only the standard library until it warms up, so that the
parent can take its constants and a bare interpreter can run the self-test.
"""
