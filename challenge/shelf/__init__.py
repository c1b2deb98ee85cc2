"""The shelf: bundles, features and pitches, in a folder or in object storage.

Every machine sees the same files under the same names, and a name stands for one
content for ever: a bundle is named by its hash, features by what they are made from.
So what one machine has fetched never gets old.
"""

from challenge.shelf.folder import Folder, Shelf
from challenge.shelf.opening import open_shelf

__all__ = ["Folder", "Shelf", "open_shelf"]
