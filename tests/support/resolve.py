"""A model of Resolve's scripting objects, as far as its notes describe them."""


class Media:
    """A MediaPoolItem."""

    def __init__(self, file):
        self.file = file

    def GetClipProperty(self, name):
        return {"File Path": self.file}.get(name, "")


class Take:
    def __init__(self, media, first, last):
        self.media, self.file, self.first, self.last = media, media.file, first, last


class Item:
    """A TimelineItem; its take selector comes into being with the second take."""

    def __init__(self, begin, end, media):
        self.begin, self.end, self.media = begin, end, media
        self.takes, self.selected = [], 0

    def GetStart(self):
        return self.begin

    def GetEnd(self):
        return self.end

    def GetMediaPoolItem(self):
        return self.media

    def AddTake(self, media, first=None, last=None):
        if not isinstance(media, Media) or first is None or last < first:
            return False
        if not self.takes:
            self.takes = [Take(self.media, 0, self.end - self.begin - 1)]
        self.takes.append(Take(media, first, last))
        self.selected = len(self.takes)
        return True

    def GetTakesCount(self):
        return len(self.takes)

    def GetSelectedTakeIndex(self):
        return self.selected

    def GetTakeByIndex(self, index):
        take = self.takes[index - 1]
        return {
            "startFrame": take.first,
            "endFrame": take.last,
            "mediaPoolItem": take.media,
        }

    def SelectTakeByIndex(self, index):
        self.selected = index
        self.media = self.takes[index - 1].media
        return True

    def FinalizeTake(self):
        self.takes, self.selected = [], 0
        return True


class Folder:
    def __init__(self, clips, folders=()):
        self.clips, self.folders = list(clips), list(folders)

    def GetClipList(self):
        return self.clips

    def GetSubFolderList(self):
        return self.folders


class Resolve:
    """The whole tree of objects, each of which is asked for by its getter."""

    def __init__(self, name, items, *, start=0, missing=(), **named):
        media = [Media(file) for _, _, file in items]
        self.items = [
            Item(begin + start, end + start, found)
            for (begin, end, _), found in zip(items, media, strict=True)
        ]
        self.name, self.start = named.get("called", name), start
        self.missing = set(missing)
        self.folder = Folder([], [Folder(media)])

    def _self(self):
        return self

    GetProjectManager = GetCurrentProject = GetMediaPool = _self

    def GetCurrentTimeline(self):
        return None if self.name is None else self

    def GetName(self):
        return self.name

    def GetStartFrame(self):
        return self.start

    def GetItemListInTrack(self, kind, number):
        assert (kind, number) == ("video", 1)
        return self.items

    def GetRootFolder(self):
        return self.folder

    def ImportMedia(self, files):
        found = [Media(file) for file in files if file not in self.missing]
        self.folder.clips += found
        return found
