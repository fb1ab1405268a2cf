using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Sweep.Client.Files;

/// <summary>
/// The kind of thing at a path. .NET does not tell devices and pipes from files, but a command must know the difference before it replaces
/// one of them.
/// </summary>
/// <param name="Name">The name of the kind in an error, such as "a folder".</param>
internal sealed record FileKind(string Name, UnixFileMode Mode, int User, int Group)
{
    private const int CurrentFolder = -100;
    private const int LinksAsLinks = 0x100;
    private const uint TypeModeAndOwner = 0x1 | 0x2 | 0x8 | 0x10;
    private const int Size = 256;

    public bool IsFile => Name == "a file";

    public bool IsFolder => Name == "a folder";

    /// <returns>Null when nothing is at the path, or this user may not read its kind.</returns>
    public static FileKind? Of(string path)
    {
        var facts = new byte[Size];
        if (ReadFacts(CurrentFolder, path, LinksAsLinks, TypeModeAndOwner, facts) != 0)
            return null;
        // The layout of the system's struct statx is the same on every machine.
        var mode = BinaryPrimitives.ReadUInt16LittleEndian(facts.AsSpan(28));
        var name = (mode & 0xF000) switch
        {
            0x8000 => "a file",
            0x4000 => "a folder",
            0xA000 => "a link",
            0x1000 => "a pipe",
            0xC000 => "a socket",
            _ => "a device",
        };
        var user = BinaryPrimitives.ReadInt32LittleEndian(facts.AsSpan(20));
        var group = BinaryPrimitives.ReadInt32LittleEndian(facts.AsSpan(24));
        return new(name, (UnixFileMode)(mode & 0xFFF), user, group);
    }

    /// <summary>Gives another file the rights of this one and, when this process runs as root, its owner.</summary>
    public void ApplyTo(string path)
    {
        if (Environment.IsPrivilegedProcess)
            _ = ChangeOwner(path, User, Group);
        File.SetUnixFileMode(path, Mode);
    }

    [DllImport("libc", EntryPoint = "statx")]
    private static extern int ReadFacts(int folder, [MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, uint mask, byte[] facts);

    [DllImport("libc", EntryPoint = "lchown")]
    private static extern int ChangeOwner([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int user, int group);
}
