using System.IO.Enumeration;
using System.Security.Cryptography;
using Sweep.Client.Files;
using Sweep.Domain.Programs;

namespace Sweep.Client.Programs;

/// <summary>
/// The folder of a program as it is stored: its files without <c>.git</c> and without what the file <c>.sweepignore</c> names, one pattern
/// a line. A pattern without a slash is the name of a file or a folder at any depth, one with a slash a path from the folder; * and ?
/// stand for any letters.
/// </summary>
/// <param name="Files">How many files there are.</param>
internal sealed record ProgramFolder(byte[] Bytes, string Sha256, int Files)
{
    public const long MostBytes = 64 << 20;

    private const string IgnoreName = ".sweepignore";

    /// <param name="wrong">Makes an error from what was found and what is expected.</param>
    public static ProgramFolder Pack(string folder, Func<string, string, Exception> wrong)
    {
        if (!Directory.Exists(folder))
            throw wrong($"{folder}, where there is no folder", "expected the folder of the program");
        var real = RealPath.Of(folder);
        var entries = new List<FolderEntry>();
        var bytes = 0L;
        try
        {
            var patterns = Patterns(Path.Combine(folder, IgnoreName));
            Add(new(real));
            var packed = FolderArchive.Write(entries);
            return new(packed, Convert.ToHexStringLower(SHA256.HashData(packed)), entries.Count(entry => entry.Bytes is not null));

            void Add(DirectoryInfo from)
            {
                foreach (var found in from.EnumerateFileSystemInfos())
                {
                    var name = Path.GetRelativePath(real, found.FullName);
                    if (found.Name == ".git" || patterns.Exists(pattern => IsNamed(pattern, name)))
                        continue;
                    if (found.LinkTarget is not null && !IsFileWithin(found.FullName, real))
                    {
                        throw wrong(
                            $"{name}, a link to a folder or out of the program's folder",
                            $"copy what it leads to, or name it in {IgnoreName}");
                    }

                    if (found is DirectoryInfo inner)
                    {
                        entries.Add(new(name, null));
                        Add(inner);
                        continue;
                    }

                    // A pipe or a device has no end.
                    if (found.LinkTarget is null && ((FileInfo)found).Length == 0)
                    {
                        entries.Add(new(name, []));
                        continue;
                    }

                    if ((bytes += new FileInfo(RealPath.Of(found.FullName)).Length) > MostBytes)
                        throw wrong($"more than 64 MiB in {folder}", $"expected less; name data and environments in {IgnoreName}");
                    var isExecutable = File.GetUnixFileMode(found.FullName).HasFlag(UnixFileMode.UserExecute);
                    entries.Add(new(name, File.ReadAllBytes(found.FullName), isExecutable));
                }
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw wrong($"{folder}, which cannot be read ({error.Message.TrimEnd('.')})", "expected a folder whose files can be read");
        }
    }

    private static bool IsFileWithin(string link, string folder) => File.Exists(link) && RealPath.IsWithin(RealPath.Of(link), folder);

    private static List<string> Patterns(string path) => !File.Exists(path) ? [] :
    [
        .. File.ReadAllLines(path).Select(line => line.Trim().TrimEnd('/')).Where(line => line.Length > 0 && !line.StartsWith('#')),
    ];

    private static bool IsNamed(string pattern, string name) => FileSystemName.MatchesSimpleExpression(
        pattern.TrimStart('/'), pattern.Contains('/') ? name : Path.GetFileName(name), ignoreCase: false);
}
