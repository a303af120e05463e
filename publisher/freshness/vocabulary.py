"""The vocabulary of frequencies, for what words it: see :mod:`publisher.catalogue.frequencies`."""

from publisher.catalogue.frequencies import DUBLIN_CORE, EU, FREQUENCIES, Frequency, frequency_from, label_of

__all__ = ["DUBLIN_CORE", "EU", "FREQUENCIES", "Frequency", "frequency_from", "label_of"]
