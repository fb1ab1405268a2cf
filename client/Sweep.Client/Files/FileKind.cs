using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Sweep.Client.Files;

/// <summary>What a path names, of which .NET says little: a device, a pipe and a link are to be told from a file before one of them is replaced.</summary>
/// <param name="Name">In an error: "a folder".</param>
internal sealed record FileKind(string Name, UnixFileMode Mode, int User, int Group)
{
    private const int CurrentFolder = -100;
    private const int LinksAsLinks = 0x100;
    private const uint TypeModeAndOwner = 0x1 | 0x2 | 0x8 | 0x10;
    private const int Size = 256;

    public bool IsFile => Name == "a file";

    public bool IsFolder => Name == "a folder";

    /// <summary>Null when nothing is there, or what is there may not be looked at.</summary>
    public static FileKind? Of(string path)
    {
        var facts = new byte[Size];
        if (Look(CurrentFolder, path, LinksAsLinks, TypeModeAndOwner, facts) != 0)
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
        return new(name, (UnixFileMode)(mode & 0xFFF), BinaryPrimitives.ReadInt32LittleEndian(facts.AsSpan(20)), BinaryPrimitives.ReadInt32LittleEndian(facts.AsSpan(24)));
    }

    /// <summary>Gives a file the rights and, where this user may, the owner of the one that was looked at.</summary>
    public void ApplyTo(string path)
    {
        if (Environment.IsPrivilegedProcess)
            _ = ChangeOwner(path, User, Group);
        File.SetUnixFileMode(path, Mode);
    }

    [DllImport("libc", EntryPoint = "statx")]
    private static extern int Look(int folder, [MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, uint mask, byte[] facts);

    [DllImport("libc", EntryPoint = "lchown")]
    private static extern int ChangeOwner([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int user, int group);
}
