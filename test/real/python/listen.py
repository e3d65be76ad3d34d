"""Listens to a broker with paho until it heard enough, and prints that as JSON: listen.py PORT TOPIC HOW_MANY"""
import json
import sys

import paho.mqtt.client as mqtt

port, topic, enough = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
heard = []


def on_connect(client, userdata, flags, reason, properties):
    if reason.is_failure:
        sys.exit(f"not connected: {reason}")
    client.subscribe(topic, qos=1)


def on_message(client, userdata, message):
    heard.append({"topic": message.topic, "qos": message.qos, "payload": json.loads(message.payload)})
    if len(heard) == enough:
        client.disconnect()


client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
client.on_connect = on_connect
client.on_message = on_message
client.connect("127.0.0.1", port)
client.loop_forever()
print(json.dumps(heard))
