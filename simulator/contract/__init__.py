"""The SOAP contract of INSi: WSDL and schemas, envelope, messages, faults and rendering dialects."""
