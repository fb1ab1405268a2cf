using System.Text;
using Sweep.Client.Errors;

namespace Sweep.Client.Report;

/// <summary>The file that a page is written to.</summary>
internal static class ReportFile
{
    /// <exception cref="WrongInputException">No file can be written there.</exception>
    public static void Check(string path)
    {
        if (path.Length == 0 || Directory.Exists(path))
            throw new WrongInputException($"--html: found {(path.Length == 0 ? "nothing" : $"the folder {path}")}; expected the name of a file, such as report.html.");
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder && !Directory.Exists(folder))
            throw new WrongInputException($"--html: found {path}, but there is no folder {folder}; expected one that exists.");
    }

    /// <returns>Its size in bytes.</returns>
    public static async Task<long> WriteAsync(string path, string page, CancellationToken cancellation)
    {
        await File.WriteAllTextAsync(path, page, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), cancellation);
        return new FileInfo(path).Length;
    }
}
